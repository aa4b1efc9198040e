import Arbiter
import Foundation
import HostSignals
import Testing

@testable import Service

/// Who stands still where a guest does not answer: the guest, its VMM, or the host.
@Suite struct SilenceWitnessTests {
    private static let second: UInt64 = 1_000_000_000

    private func look(
        _ state: String = "S", ticks: UInt64 = 0, faults: UInt64 = 0, space: UInt64 = 1 << 31
    ) throws -> ProcessLook {
        try #require(
            ProcessLook(
                parsing: "7 (qemu (x) y) \(state) 1 7 7 0 -1 4194560 100 0 \(faults) 0 \(ticks) 0 0 0 20 0 9 0 50 "
                    + "\(space) 9"))
    }

    private func verdict(
        _ first: ProcessLook? = nil, _ last: ProcessLook? = nil, others: HostPulse.Others = .unknown, full: Double = 0
    ) -> Silence {
        SilenceWitness(
            first: first.map { ($0, Self.second) }, last: last.map { ($0, 3 * Self.second) }, others: others,
            pressure: { MemoryPressure(parsing: "some avg10=\(full)\nfull avg10=\(full)") }
        ).verdict
    }

    @Test("by what its VMM does")
    func byProcess() throws {
        #expect(try verdict(look(ticks: 90), look("T", ticks: 90)) == .machineStopped)
        #expect(try verdict(nil, look("t")) == .machineStopped)
        #expect(try verdict(look(ticks: 90), look(ticks: 91)) == .machineIdle)
        #expect(try verdict(look(ticks: 90), look(ticks: 91), others: .answer) == .machineIdle)
        #expect(try verdict(look(faults: 5), look(ticks: 90, faults: 90)) == .machineSwapped)
        #expect(try verdict(look(ticks: 90), look(ticks: 100)) == .guest)
        #expect(try verdict(look(ticks: 90), look(ticks: 100), others: .areSilent) == .everybody)
        #expect(try verdict(look(ticks: 90), look(ticks: 290), others: .areSilent, full: 50) == .guest, "it runs")
    }

    @Test("by the other guests, and by the host")
    func byOthers() {
        #expect(verdict() == .guest)
        #expect(verdict(others: .answer, full: 50) == .guest)
        #expect(verdict(others: .areSilent) == .everybody)
        #expect(verdict(full: 6) == .host)
    }

    @Test("a process that is stopped is seen to be")
    func stopped() throws {
        let child = Process()
        child.executableURL = URL(filePath: "/bin/sleep")
        child.arguments = ["60"]
        try child.run()
        defer { child.terminate() }
        let running = try #require(ProcessLook.read(child.processIdentifier))
        #expect(!running.isStopped && running.addressSpace > 0)
        #expect(child.suspend())
        defer { _ = child.resume() }
        for _ in 0..<1000 where ProcessLook.read(child.processIdentifier)?.isStopped == false { usleep(1000) }
        #expect(ProcessLook.read(child.processIdentifier)?.isStopped == true)
        #expect(ProcessLook(parsing: "") == nil && ProcessLook(parsing: "1 (x) S 1") == nil)
    }

    @Test("others are asked what they show: an answer, silence that began together, or nothing")
    func pulse() {
        let pulse = HostPulse()
        let (me, other, third) = (pulse.join(), pulse.join(), pulse.join())
        let now = 100 * Self.second
        func others() -> HostPulse.Others { pulse.others(than: me, since: now, at: now + 3 * Self.second) }
        pulse.noteAnswer(me, at: now + 1)
        #expect(others() == .unknown, "itself does not count")
        pulse.noteAnswer(other, at: now - Self.second)
        #expect(others() == .unknown, "it was not asked")
        pulse.noteRequest(other, at: now)
        pulse.noteRequest(other, at: now + Self.second)
        #expect(others() == .areSilent)
        pulse.noteAnswer(third, at: now + Self.second / 2)
        #expect(others() == .areSilent, "all may have stood still from then on")
        pulse.noteAnswer(third, at: now + Self.second)
        #expect(others() == .answer)
        pulse.leave(third)
        pulse.noteStop(other)
        #expect(others() == .unknown)
        pulse.noteAnswer(other, at: now - 50 * Self.second)
        pulse.noteRequest(other, at: now - 40 * Self.second)
        #expect(others() == .unknown, "it has been silent for long, for a reason of its own")
        #expect(pulse.join() == third)
    }
}
