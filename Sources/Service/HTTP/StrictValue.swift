internal import ControlAPI

/// A value in a request's body, before it is known to be right.
enum StrictValue: Decodable, Equatable, CustomStringConvertible {
    case null
    case flag(Bool)
    case bytes(UInt64)
    case number(Double)
    case text(String)
    /// An array or an object.
    case other

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let flag = try? value.decode(Bool.self) {
            self = .flag(flag)
        } else if let bytes = try? value.decode(UInt64.self) {
            self = .bytes(bytes)
        } else if let number = try? value.decode(Double.self) {
            self = .number(number)
        } else if let text = try? value.decode(String.self) {
            self = .text(text)
        } else {
            self = .other
        }
    }

    var description: String {
        switch self {
        case .null: "null"
        case .flag(let flag): "\(flag)"
        case .bytes(let bytes): "\(bytes)"
        case .number(let number): "\(number)"
        case .text(let text): text.debugDescription
        case .other: "an array or object"
        }
    }

    /// The value as a number of bytes that can be meant.
    func bytes(for key: String) throws(ControlError) -> ByteSize {
        guard case .bytes(let bytes) = self, bytes <= UInt64(Int64.max) else {
            throw .invalid("\(key): \(self) is not a whole number of bytes, 0 or more")
        }
        return try ByteSize(bytes).meant(for: key)
    }

    /// The value as a number of seconds, 0 or more.
    func seconds(for key: String) throws(ControlError) -> Double {
        let seconds: Double? =
            switch self {
            case .bytes(let whole): Double(whole)
            case .number(let number): number
            case .null, .flag, .text, .other: nil
            }
        guard let seconds, let valid = StatisticsInterval.seconds(seconds) else {
            throw .invalid("\(key): \(self) is not a time; \(StatisticsInterval.wanted)")
        }
        return valid
    }
}

extension ByteSize {
    /// The size, if it can be meant as a number of bytes.
    func meant(for key: String) throws(ControlError) -> ByteSize {
        guard let meant = probablyMeant else { return self }
        throw .invalid(
            "\(key): \(bytes) is \(bytes) bytes; \(meant.bytes), which is \(meant), was probably meant")
    }
}
