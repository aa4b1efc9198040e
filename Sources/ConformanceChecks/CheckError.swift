/// How the body of a check ends early.
public enum CheckError: Error {
    /// The device departs from the row.
    case failed(String)
    /// The row says nothing about this device, or cannot be seen on it.
    case skipped(String)
}
