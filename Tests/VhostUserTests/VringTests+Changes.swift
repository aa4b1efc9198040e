import Linux
import Testing

@testable import VhostUser

/// Configuration changes, on the channel that the front-end gave for requests of ours.
extension VringTests {
    @Test func configurationChangesOnlyWhileStarted() throws {
        let (bench, _) = try bench()
        let pair = try Socket.Pair()
        let kick = try EventCounter()
        try bench.call(.setBackendRequestDescriptor, descriptors: [pair.left.raw])
        #expect(!bench.notifyChange())
        try bench.setUp(queue: 0, kick: kick.descriptor.raw)
        try bench.setUp(queue: 1, kick: kick.descriptor.raw)
        #expect(!bench.notifyChange())
        try bench.call(.setVringEnable, .words(0, 1))
        #expect(!bench.notifyChange())
        try bench.call(.setVringEnable, .words(1, 1))
        #expect(bench.notifyChange())
        // Nobody reads: it does not block, and says so.
        var sent = 1
        while bench.notifyChange(), sent < 100_000 { sent += 1 }
        #expect(sent < 100_000)
        try bench.call(.setVringEnable, .words(0, 0))
        #expect(!bench.notifyChange())
    }

    @Test func requestChannelThatIsNoSocket() throws {
        let (bench, _) = try bench()
        let kick = try EventCounter()
        let pipe = try Pipe()
        try bench.call(.setBackendRequestDescriptor, descriptors: [pipe.writeEnd])
        pipe.closeWrite()
        try bench.setUp(queue: 0, kick: kick.descriptor.raw)
        try bench.call(.setVringEnable, .words(0, 1))
        #expect(!bench.notifyChange())
    }
}
