import VhostUser

extension ProbeGuest {
    /// Skips the check where the configuration space is not the back-end's.
    func requireConfiguration() throws {
        guard front.protocolFeatures.contains(.configuration) else {
            throw CheckError.skipped("the configuration space is not the back-end's")
        }
    }

    /// A word of the configuration space.
    func field(_ offset: Int) throws -> UInt32 {
        try requireConfiguration()
        let bytes = try front.readConfiguration(offset: offset, count: 4)
        return bytes.withUnsafeBytes { UInt32(littleEndian: $0.loadUnaligned(as: UInt32.self)) }
    }

    /// Writes bytes, and waits until the device has dealt with them.
    func write(_ offset: Int, _ bytes: [UInt8]) throws {
        try front.writeConfiguration(offset: offset, bytes)
        try roundTrip()
    }

    func expectField(_ offset: Int, _ wanted: UInt32, _ name: String) throws {
        let value = try field(offset)
        try Check.expect(value == wanted, "\(name) reads \(value) instead of \(wanted)")
    }
}
