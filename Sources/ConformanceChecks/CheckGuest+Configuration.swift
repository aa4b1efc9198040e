extension CheckGuest {
    /// Ends the check where the configuration space is not the device's.
    ///
    /// - Throws: ``CheckError/skipped(_:)``.
    public func requireConfiguration() throws(CheckError) {
        guard platform.hasConfiguration else { throw .skipped("the configuration space is not the back-end's") }
    }

    /// Reads the little-endian word at `offset` bytes of the configuration space.
    ///
    /// - Throws: ``CheckError/skipped(_:)`` where there is none; ``CheckError/failed(_:)`` if it cannot be read.
    public func field(_ offset: Int) throws(CheckError) -> UInt32 {
        try requireConfiguration()
        return try platform.readWord(offset)
    }

    /// Writes a word, and waits until the device has dealt with it.
    func write(_ offset: Int, _ value: UInt32) throws(CheckError) {
        try platform.writeWord(offset, value)
        try platform.synchronize()
    }

    /// Ends the check unless the word at `offset` bytes of the configuration space is `wanted`.
    ///
    /// - Throws: ``CheckError/failed(_:)``, which calls the word `name`; else as ``field(_:)``.
    public func expectField(_ offset: Int, _ wanted: UInt32, _ name: String) throws(CheckError) {
        let value = try field(offset)
        guard value == wanted else { throw .failed("\(name) reads \(value) instead of \(wanted)") }
    }
}
