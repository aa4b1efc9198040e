import ControlAPI
import Foundation
import Testing

/// Guests as they are (`docs/Guests.md`): each kind of them lives with the daemon's real code over both doors, alone and under a
/// budget, and nothing of it goes wrong.
struct ZooTests {
    static let settings = GuestDoor.allCases.flatMap { door in
        [false, true].map { Visit.Setting(door: door, hasBudget: $0) }
    }

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
                    for complaint in try await Visit.complaints(about: animal, setting) {
                        Issue.record(Comment(rawValue: complaint))
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}
