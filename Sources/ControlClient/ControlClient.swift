public import ControlAPI
internal import FoundationEssentials
internal import NIOCore
internal import NIOHTTP1

/// Speaks to a daemon over its control socket. A value; every call may be made from any task, and uses a connection
/// of its own.
///
/// Calls throw ``ControlClientError``, or `CancellationError` when their task is cancelled.
public struct ControlClient: Sendable {
    /// The daemon's control socket.
    public let path: String
    /// How long to wait for an answer. The event stream has no such limit once it has begun.
    public let timeout: Duration

    public init(path: String, timeout: Duration = .seconds(10)) {
        self.path = path
        self.timeout = timeout
    }

    /// All guests, in the order of the daemon's configuration.
    public func status() async throws -> [GuestStatus] {
        try await answer(to: call(.GET, "/v1/guests"))
    }

    public func status(of guest: String) async throws -> GuestStatus {
        try await answer(to: call(.GET, guestURI(guest)))
    }

    /// Asks for another size. The answer says what will happen; see ``waitUntilReached(_:deadline:stopsWhenGivenUp:progress:)``.
    public func set(_ request: SizeRequest, of guest: String) async throws -> Accepted {
        try await answer(to: call(.PUT, guestURI(guest, "/requested"), request))
    }

    /// Sets the time between requests for statistics; 0 seconds stops them.
    public func setStatisticsInterval(seconds: Double, of guest: String) async throws -> Accepted {
        let request = StatisticsRequest(intervalSeconds: seconds)
        return try await answer(to: call(.PUT, guestURI(guest, "/statistics"), request))
    }

    /// Asks the guest for statistics now; answers when they are there or the daemon's deadline for them has passed.
    public func refreshStatistics(of guest: String) async throws -> GuestStatus {
        try await answer(to: call(.POST, guestURI(guest, "/statistics")), within: max(timeout, .seconds(30)))
    }

    /// Pumps the guest's free memory to the host. Answers as soon as it has begun.
    public func reclaim(_ guest: String) async throws -> Accepted {
        try await answer(to: call(.POST, guestURI(guest, "/reclaim")))
    }

    /// Asks the guest which pages are free.
    public func hint(_ guest: String) async throws -> Accepted {
        try await answer(to: call(.POST, guestURI(guest, "/hint")))
    }

    /// Serves one more guest, written as for `--guest`, with an absolute path.
    public func add(_ guest: String) async throws -> Accepted {
        try await answer(to: call(.POST, "/v1/guests", ["guest": guest]))
    }

    /// Lets a guest go; refused (409) while its VMM is connected.
    public func remove(_ guest: String) async throws -> Accepted {
        try await answer(to: call(.DELETE, guestURI(guest)))
    }

    /// How the host's memory is shared; refused (409) where there is no budget.
    public func budget() async throws -> BudgetStatus {
        try await answer(to: call(.GET, "/v1/budget"))
    }

    /// Chooses another budget, written as for `--budget`: `24G`, `80%`, `all but 4G`. Refused (409), with the arithmetic, where
    /// what is reserved for guests does not fit into it.
    public func setBudget(_ size: String) async throws -> BudgetStatus {
        try await answer(to: call(.PUT, "/v1/budget", ["budget": size]))
    }

    /// Chooses what becomes of decisions.
    public func setMode(_ mode: BudgetMode) async throws -> BudgetStatus {
        try await answer(to: call(.PUT, "/v1/budget/mode", ["mode": mode.rawValue]))
    }

    /// What would happen now.
    public func plan() async throws -> BudgetPlan {
        try await answer(to: call(.GET, "/v1/plan"))
    }

    /// What would happen if a guest needed to see so much.
    public func plan(_ guest: String, sees: ByteSize) async throws -> BudgetPlan {
        try await answer(to: call(.GET, guestURI(guest, "/plan?sees=\(sees.bytes)")))
    }

    /// The newest decisions about a guest.
    public func explain(_ guest: String) async throws -> Explanation {
        try await answer(to: call(.GET, guestURI(guest, "/explain")))
    }

    /// How to start QEMU for a guest.
    public func qemuOptions(of guest: String) async throws -> QEMUOptions {
        try await answer(to: call(.GET, guestURI(guest, "/qemu-args")))
    }

    /// The daemon's metrics, in Prometheus' text format.
    public func metrics() async throws -> String {
        String(decoding: try await body(of: call(.GET, "/metrics"), within: timeout), as: UTF8.self)
    }

    func call(_ method: HTTPMethod, _ uri: String) -> HTTPCall {
        HTTPCall(path: path, method: method, uri: uri, body: nil)
    }

    private func call(_ method: HTTPMethod, _ uri: String, _ request: some Encodable) throws -> HTTPCall {
        HTTPCall(path: path, method: method, uri: uri, body: Array(try JSONEncoder().encode(request)))
    }

    private func guestURI(_ guest: String, _ rest: String = "") -> String {
        let name = guest.utf8.map { byte in
            let isPlain = byte.isASCIILetterOrDigit || "-_.~".utf8.contains(byte)
            return isPlain ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        return "/v1/guests/" + name.joined() + rest
    }

    private func answer<Answer: Decodable>(
        to call: HTTPCall, within time: Duration? = nil
    ) async throws -> Answer {
        let body = try await body(of: call, within: time ?? timeout)
        do {
            return try JSONDecoder().decode(Answer.self, from: Data(body))
        } catch {
            throw ControlClientError.broken(path: path, reason: "the answer to \(call.name) cannot be read: \(error)")
        }
    }

    private func body(of call: HTTPCall, within time: Duration) async throws -> [UInt8] {
        let answer = try await withTimeout(time) {
            try await call.perform { head, parts in
                let body = try await Self.collect(&parts)
                try Self.check(head, body)
                return body
            }
        }
        guard let answer else { throw ControlClientError.timedOut(path: path, request: call.name, after: time) }
        return answer
    }

    static func collect(_ parts: inout HTTPCall.Parts) async throws -> [UInt8] {
        var body: [UInt8] = []
        while case .body(let bytes) = try await parts.next() {
            body.append(contentsOf: bytes.readableBytesView)
        }
        return body
    }

    static func check(_ head: HTTPResponseHead, _ body: [UInt8]) throws {
        guard head.status.code >= 400 else { return }
        let refused = try? JSONDecoder().decode(Refused.self, from: Data(body))
        throw ControlClientError.refused(
            status: Int(head.status.code),
            message: refused?.error ?? "the daemon answered \(head.status.code) \(head.status.reasonPhrase)")
    }
}

extension UInt8 {
    var isASCIILetterOrDigit: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}
