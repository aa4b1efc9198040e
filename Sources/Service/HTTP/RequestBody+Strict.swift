internal import ControlAPI
internal import FoundationEssentials
internal import Hummingbird
internal import NIOCore

extension Request {
    /// More than any request needs.
    private static let bodyLimit = 16 * 1024

    /// Reads the body as one flat JSON object with no other keys than `keys`.
    func values(of keys: [String]) async throws -> [String: StrictValue] {
        let bytes: ByteBuffer
        do {
            bytes = try await body.collect(upTo: Self.bodyLimit)
        } catch is NIOTooManyBytesError {
            throw ControlError.invalid("the body is larger than \(Self.bodyLimit) bytes")
        }
        let wanted = "a JSON object with \(keys.map(\.debugDescription).joined(separator: " or ")) is wanted"
        guard bytes.readableBytes > 0 else { throw ControlError.invalid("the body is empty; \(wanted)") }
        let values: [String: StrictValue]
        do {
            values = try JSONDecoder().decode([String: StrictValue].self, from: Data(bytes.readableBytesView))
        } catch {
            throw ControlError.invalid("the body is not what is wanted; \(wanted)")
        }
        if let unknown = values.keys.sorted().first(where: { !keys.contains($0) }) {
            throw ControlError.invalid("unknown key \(unknown.debugDescription); \(wanted)")
        }
        return values
    }
}
