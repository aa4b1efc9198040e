extension CheckGuest {
    /// Skips the check where the configuration space is not the device's.
    public func requireConfiguration() throws(CheckError) {
        guard platform.hasConfiguration else { throw .skipped("the configuration space is not the back-end's") }
    }

    /// A word of the configuration space.
    public func field(_ offset: Int) throws(CheckError) -> UInt32 {
        try requireConfiguration()
        return try platform.readWord(offset)
    }

    /// Writes a word, and waits until the device has dealt with it.
    func write(_ offset: Int, _ value: UInt32) throws(CheckError) {
        try platform.writeWord(offset, value)
        try platform.synchronize()
    }

    public func expectField(_ offset: Int, _ wanted: UInt32, _ name: String) throws(CheckError) {
        let value = try field(offset)
        guard value == wanted else { throw .failed("\(name) reads \(value) instead of \(wanted)") }
    }
}
