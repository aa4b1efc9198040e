internal import ControlAPI
internal import Linux

/// The socket at which a guest's VMM is awaited.
struct Entrance: ~Copyable {
    /// Connections in a row that end before a driver runs. Who makes more for nothing must not drown the log, nor the other
    /// guests.
    private static let mostFailures = 8
    /// How long it is not looked at after a failure (ns): whatever is short may be there then.
    private static let pause: UInt64 = 1_000_000_000

    private let listener: UnixListener
    private let token: UInt64
    private unowned let reactor: ReactorState
    /// When to look for connections again (ns, monotonic); `nil`: the poll tells of them.
    private(set) var againAt: UInt64?
    private var failures = 0

    /// Listens at a path.
    ///
    /// - Parameter guest: its number at the reactor.
    init(_ path: String, guest: Int, reactor: ReactorState) throws {
        let listener = try UnixSocketPath(path).listen()
        let token = Token.of(guest: guest, .listener)
        try reactor.main.add(listener.descriptor.raw, token: token)
        self.init(listener, token, reactor)
    }

    private init(_ listener: consuming UnixListener, _ token: UInt64, _ reactor: ReactorState) {
        self.listener = listener
        self.token = token
        self.reactor = reactor
    }

    /// The next connection; `nil`: there is none, or it is not the time to take one.
    func accept() throws(SystemError) -> OwnedDescriptor? {
        againAt == nil ? try listener.accept() : nil
    }

    /// Looks at no connections for a while: the poll would tell of one that cannot be taken again and again.
    mutating func rest() {
        guard againAt == nil else { return }
        close()
        againAt = MonotonicClock.now() + Self.pause
    }

    /// Looks for connections again, if it is time.
    mutating func open(at now: UInt64) {
        guard let due = againAt, due <= now else { return }
        do throws(SystemError) {
            try reactor.main.add(listener.descriptor.raw, token: token)
            againAt = nil
        } catch {
            againAt = now + Self.pause
        }
    }

    /// Counts a connection that ended.
    ///
    /// - Parameter hadDriver: a driver ran.
    mutating func connectionEnded(hadDriver: Bool) {
        failures = hadDriver ? 0 : failures + 1
        if failures >= Self.mostFailures { rest() }
    }

    func close() { reactor.main.remove(listener.descriptor.raw) }
}
