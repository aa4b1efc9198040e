import ControlAPI
import Foundation
import Testing

/// Guests as they are (`docs/Guests.md`): each kind of them lives with the daemon's real code over both doors, alone and under a
/// budget, and nothing of it goes wrong.
struct ZooTests {
    static let settings = GuestDoor.allCases.flatMap { door in
        [false, true].map { Visit.Setting(door: door, hasBudget: $0) }
    }

    /// What is not right yet: complaints with these words, by the kind of what is wrong.
    private static let known: [(kind: String, words: [String])] = [
        ("kind 1: what the guest really has", ["mem-512", "dimm-offline", "virtio-mem"]),
        (
            "kind 2: who stands still",
            ["all stood still", "it answered all the time", "it had not been silent"]
        ),
        ("kind 3: a guest without a driver", ["no-driver"]),
        ("kind 6: statistics that are not there", ["statistics-0-5"]),
        (
            "kind 8: what a deflation means",
            [
                "a state outlives", "no driver runs, and the state", "never came: nothing of the driver",
                "without a cause: alarm", "problems outlive",
            ]
        ),
        ("kind 9: reached is within a guest's page", ["settled, and not reached"]),
        ("kind 12: low is not short", ["zfs"]),
        ("kind 16: words", ["it has said [] MiB"]),
    ]

    /// `AEROSTAT_ANIMAL` names one animal.
    private static var animals: [Animal] {
        guard let name = ProcessInfo.processInfo.environment["AEROSTAT_ANIMAL"] else { return Zoo.animals }
        return Zoo.animals.filter { $0.name == name }
    }

    @Test(arguments: settings)
    func everyAnimalIsWell(_ setting: Visit.Setting) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for animal in Self.animals {
                group.addTask {
                    for complaint in try await Visit.complaints(about: animal, setting) { Self.record(complaint) }
                }
            }
            try await group.waitForAll()
        }
    }

    private static func record(_ complaint: String) {
        let kind = known.first { $0.words.contains { complaint.contains($0) } }?.kind
        guard let kind else {
            Issue.record(Comment(rawValue: complaint))
            return
        }
        withKnownIssue(Comment(rawValue: kind)) { Issue.record(Comment(rawValue: complaint)) }
    }
}
