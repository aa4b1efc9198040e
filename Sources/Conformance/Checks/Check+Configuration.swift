import Balloon
import VhostUser

/// The configuration space.
extension Check {
    private typealias Offset = BalloonConfiguration.Offset

    static let configuration: [Check] = [
        Check("robustness: config before FEATURES_OK", "the configuration can be read before FEATURES_OK") { guest in
            _ = try guest.field(Offset.numPages)
            _ = try guest.field(Offset.actual)
        },
        Check("spec D14", "actual is stored and returned") { guest in
            try guest.requireConfiguration()
            try guest.load()
            for value in [1, 0x0102_0304, 0] as [UInt32] {
                try guest.write(Offset.actual, ProbeGuest.bytes([value]))
                try guest.expectField(Offset.actual, value, "actual")
            }
        },
        Check("spec L2", "fields are little-endian") { guest in
            try guest.requireConfiguration()
            try guest.load()
            try guest.write(Offset.actual, [4, 3, 2, 1])
            let bytes = try guest.front.readConfiguration(offset: Offset.actual, count: 4)
            try expect(bytes == [4, 3, 2, 1], "written as 4, 3, 2, 1; read as \(bytes)")
        },
        Check("spec L5", "actual can be written byte by byte") { guest in
            try guest.requireConfiguration()
            try guest.load()
            for (index, byte) in ([4, 3, 2, 1] as [UInt8]).enumerated() {
                try guest.write(Offset.actual + index, [byte])
            }
            try guest.expectField(Offset.actual, 0x0102_0304, "actual")
            try guest.expectGoesOn()
        },
        Check("spec L5", "a write of the whole structure, as QEMU sends it, stores actual") { guest in
            try guest.requireConfiguration()
            try guest.load()
            var bytes = try guest.front.readConfiguration(count: 8)
            bytes.replaceSubrange(4..., with: ProbeGuest.bytes([77]))
            try guest.write(0, bytes)
            try guest.expectField(Offset.actual, 77, "actual")
        },
        Check("robustness: read-only config", "num_pages is not the driver's to write") { guest in
            try guest.requireConfiguration()
            try guest.load()
            let before = try guest.field(Offset.numPages)
            try guest.write(Offset.numPages, ProbeGuest.bytes([before ^ 0x00ff_ff00]))
            try guest.expectField(Offset.numPages, before, "num_pages")
        },
        Check("robustness: read-only config", "free_page_hint_cmd_id is not the driver's to write") { guest in
            try guest.requireConfiguration()
            try guest.require(.freePageHint)
            try guest.load([.mustTellHost, .freePageHint])
            let before = try guest.field(Offset.freePageHintCommandID)
            try guest.write(Offset.freePageHintCommandID, ProbeGuest.bytes([before ^ 0x7f]))
            try guest.expectField(Offset.freePageHintCommandID, before, "free_page_hint_cmd_id")
        },
        Check("robustness: false actual", "a false actual changes nothing else") { guest in
            try guest.requireConfiguration()
            try guest.load()
            try guest.write(Offset.actual, ProbeGuest.bytes([.max]))
            try guest.expectGoesOn()
        },
    ]
}
