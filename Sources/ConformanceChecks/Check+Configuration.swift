internal import Balloon

/// The configuration space.
extension Check {
    private typealias Offset = BalloonConfiguration.Offset

    static var configuration: [Check] {
        [
            Check("robustness: config before FEATURES_OK", "the configuration can be read before FEATURES_OK") {
                guest throws(CheckError) in
                _ = try guest.field(Offset.numPages)
                _ = try guest.field(Offset.actual)
            },
            Check("spec D14", "actual is stored and returned") { guest throws(CheckError) in
                try guest.requireConfiguration()
                try guest.load()
                for value in [1, 0x0102_0304, 0] as [UInt32] {
                    try guest.write(Offset.actual, value)
                    try guest.expectField(Offset.actual, value, "actual")
                }
            },
            Check("robustness: read-only config", "num_pages is not the driver's to write") {
                guest throws(CheckError) in
                try guest.requireConfiguration()
                try guest.load()
                let before = try guest.field(Offset.numPages)
                try guest.write(Offset.numPages, before ^ 0x00ff_ff00)
                try guest.expectField(Offset.numPages, before, "num_pages")
            },
            Check("robustness: read-only config", "free_page_hint_cmd_id is not the driver's to write") {
                guest throws(CheckError) in
                try guest.requireConfiguration()
                try guest.require(.freePageHint)
                try guest.load()
                let before = try guest.field(Offset.freePageHintCommandID)
                try guest.write(Offset.freePageHintCommandID, before ^ 0x7f)
                try guest.expectField(Offset.freePageHintCommandID, before, "free_page_hint_cmd_id")
            },
            Check("robustness: false actual", "a false actual changes nothing else") { guest throws(CheckError) in
                try guest.requireConfiguration()
                try guest.load()
                try guest.write(Offset.actual, .max)
                try guest.expectGoesOn()
                try guest.write(Offset.actual, 0)
            },
        ]
    }
}
