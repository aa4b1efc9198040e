import Testing

@testable import Service

/// What is made of memory that a VMM has locked or pinned.
@Suite struct PeerProcessTests {
    @Test(
        arguments: [
            ("VmLck:\t       0 kB\nVmPin:\t       0 kB", nil),
            ("VmLck:\t    1024 kB\nVmPin:\t       0 kB", nil),
            ("VmLck:\t 1048576 kB\nVmPin:\t       0 kB", "the VMM has locked 1G of memory"),
            ("VmLck:\t   20480 kB\nVmPin:\t       0 kB", "the VMM has locked 20M of memory"),
            ("VmLck:\t 1048576 kB\nVmPin:\t       4 kB", "the VMM has pinned 4K of memory"),
            ("", nil),
        ] as [(String, String?)])
    func whyFixed(status: String, beginning: String?) {
        let why = PeerProcess.whyFixed(1 << 30, status: status)
        #expect((why == nil) == (beginning == nil))
        if let why, let beginning { #expect(why.hasPrefix(beginning)) }
    }
}
