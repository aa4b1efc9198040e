import Foundation
import Linux
import VhostUser

/// How long a guest waits for the answer to a message of 256 pages, against an eventfd round trip in the same run.
public struct MessageBench: Sendable {
    /// How the pages of a message lie.
    public enum Pattern: String, Sendable, Codable, CaseIterable {
        /// One run, descending, as Linux sends what it allocated in a row.
        case dense
        /// 64 runs of 4 pages, as in a guest that has been up for a long time.
        case fragmented
    }

    public struct Outcome: Sendable, Codable {
        public var contender: String
        public var pattern: Pattern
        /// Microseconds.
        public var median: Double
        public var p99: Double
    }

    /// How many rounds of 64 MiB each contender sends.
    public var rounds = 6
    /// How long the guest waits between two messages (µs).
    public var pause: UInt32 = 300

    public static let roundTrip = PeerDevice.Algorithm.none.rawValue
    public static let deferred = "Aerostat"
    public static let undeferred = "Aerostat, deferred-discard=off"

    public init() {}

    /// The contenders take turns, message by message, so that a noisy neighbour meets all of them.
    public func run(_ pattern: Pattern, in lab: LabEnvironment) async throws -> [Outcome] {
        let daemon = try await Daemon.start(
            [Daemon.Guest("deferred"), Daemon.Guest("undeferred", "deferred-discard=off")], in: lab)
        do {
            let outcomes = try measure(pattern, daemon)
            try await daemon.stop()
            return outcomes
        } catch {
            try? await daemon.stop()
            throw error
        }
    }

    private func measure(_ pattern: Pattern, _ daemon: Daemon) throws -> [Outcome] {
        let guests = try [
            (Self.deferred, BenchGuest(daemon.socket(of: "deferred"))),
            (Self.undeferred, BenchGuest(daemon.socket(of: "undeferred"))),
        ]
        let peers = try PeerDevice.Algorithm.allCases.map { ($0.rawValue, try PeerDevice($0)) }
        defer { for (_, peer) in peers { peer.end() } }
        var samples: [String: [UInt64]] = [:]
        let messages = Self.messages(pattern)
        for _ in 0..<rounds {
            for memory in guests.map(\.1.memory) + peers.map(\.1.memory) { try Self.touch(memory) }
            for message in messages {
                for (name, peer) in peers {
                    samples[name, default: []].append(try peer.inflate(message))
                    usleep(pause)
                }
                for (name, guest) in guests {
                    samples[name, default: []].append(try guest.inflate(message))
                    usleep(pause)
                }
            }
            for (_, guest) in guests { for message in messages { _ = try guest.deflate(message) } }
        }
        return (peers.map(\.0) + guests.map(\.0)).map { name in
            let sorted = (samples[name] ?? []).sorted().map { Double($0) / 1000 }
            return Outcome(
                contender: name, pattern: pattern, median: Self.quantile(sorted, 0.5),
                p99: Self.quantile(sorted, 0.99))
        }
    }

    private static func quantile(_ sorted: [Double], _ share: Double) -> Double {
        guard !sorted.isEmpty else { return 0 }
        return sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
    }

    private static func touch(_ memory: FrontEndMemory) throws {
        let start = try memory.pointer(
            to: UInt64(BenchGuest.firstPage) << 12, count: Int(BenchGuest.pages) << 12)
        for page in 0..<Int(BenchGuest.pages) { start.storeBytes(of: 1, toByteOffset: page << 12, as: UInt8.self) }
    }

    /// All pages, in messages of 256.
    private static func messages(_ pattern: Pattern) -> [[UInt32]] {
        let first = BenchGuest.firstPage
        let count = BenchGuest.pages / 256
        return (0..<count).map { message in
            switch pattern {
            case .dense: return (0..<256).map { first + message * 256 + 255 - $0 }
            case .fragmented:
                return (0..<256 as Range<UInt32>).map { first + ($0 / 4 * count + message) * 4 + 3 - $0 % 4 }
            }
        }
    }
}
