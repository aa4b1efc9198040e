import Foundation

/// Removes a file that a test had made.
func unlinkIfThere(_ path: String) -> Bool {
    (try? FileManager.default.removeItem(atPath: path)) != nil
}
