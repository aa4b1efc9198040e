public import Balloon

// A ``HostArbiter`` can be written down whole and goes on from there as if nothing had been: to hand it to a process that
// takes its place, or to look into what it decided. Its form may change with every version.

extension ChunkedArray: Codable where Element: Codable {
    init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        while !container.isAtEnd { append(try container.decode(Element.self)) }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        for element in self { try container.encode(element) }
    }
}

extension BalloonStatistics: Codable {
    public init(from decoder: any Decoder) throws {
        self.init()
        var container = try decoder.unkeyedContainer()
        while !container.isAtEnd {
            let tag = try container.decode(UInt16.self)
            let value = try container.decode(UInt64.self)
            if let tag = StatisticsTag(rawValue: tag) { self[tag] = value }
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        for tag in StatisticsTag.allCases {
            guard let value = self[tag] else { continue }
            try container.encode(tag.rawValue)
            try container.encode(value)
        }
    }
}

extension Pages: Codable {
    public init(from decoder: any Decoder) throws { self.init(try decoder.singleValueContainer().decode(Int64.self)) }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(count)
    }
}
