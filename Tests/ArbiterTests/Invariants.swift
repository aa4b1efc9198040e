import Arbiter
import Balloon
import Testing

/// What holds after every input, whatever came before.
struct Invariants {
    private var target: Pages = 0
    private var state = GuestState.idle

    mutating func check(_ bench: ArbiterBench, isRunning: Bool, after input: Input, _ decision: Decision) {
        let arbiter = bench.arbiter
        let requested = arbiter.goal ?? 0
        let story = Comment(
            rawValue: "\(input) in \(state): \(arbiter.state), target \(arbiter.target), held \(bench.held)")
        let changes = decision.happenings.filter { if case .targetSet = $0 { true } else { false } }
        #expect(changes.count == (arbiter.target == target ? 0 : 1), story)
        #expect(!decision.interrupt || arbiter.target != target && isRunning, story)
        if isRunning {
            // A reclaim that stands still shows as that.
            if arbiter.state != .reclaiming, arbiter.state != .notAnswering {
                #expect(arbiter.target <= requested, story)
            }
            switch arbiter.state {
            case .alarm:
                #expect(arbiter.target <= bench.held, story)
                #expect(arbiter.wakeAt != nil, story)
            // Who stands still through no fault of its own keeps its target.
            case .notAnswering: break
            case .holdOff(let until), .stalled(let until):
                #expect(arbiter.wakeAt.map { $0 >= until } == true, story)
                if arbiter.state == state { #expect(arbiter.target <= target, story) }
            case .starting(let until):
                #expect(arbiter.target == 0 && arbiter.wakeAt.map { $0 >= until } == true, story)
            case .inflating, .reclaiming: #expect(arbiter.wakeAt != nil, story)
            case .settled, .deflating: #expect(arbiter.target == requested, story)
            case .fixed, .hinting: break
            case .idle: Issue.record(story)
            }
        } else {
            #expect(arbiter.wakeAt == nil && !decision.requestStatistics, story)
        }
        target = arbiter.target
        state = arbiter.state
    }
}
