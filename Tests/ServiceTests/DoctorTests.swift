import Testing

@testable import Service

@Suite struct DoctorTests {
    @Test func versionsAreRead() {
        #expect(
            QEMUVersion(parsing: "QEMU emulator version 11.1.3 (Debian 1:11.1.3)\nCopyright")
                == QEMUVersion(major: 11, minor: 1))
        #expect(QEMUVersion(parsing: "QEMU emulator version 10.2-rc1") == QEMUVersion(major: 10, minor: 2))
        #expect(QEMUVersion(parsing: "sh: not found") == nil)
        #expect(QEMUVersion(major: 7, minor: 2) < .needed)
        #expect(QEMUVersion(major: 10, minor: 1) >= .needed)
    }

    @Test(
        arguments: [
            (["-object", "memory-backend-memfd,id=m,size=1G,share=on"], true),
            (["-object", "memory-backend-memfd,id=m,size=1G"], true),
            (["-object", "memory-backend-memfd,id=m,size=1G,share=off"], false),
            (["-object", #"{"qom-type":"memory-backend-file","id":"m","share":true}"#], true),
            (["-object", "memory-backend-ram,id=m,size=1G"], false),
            (["-m", "1G"], false),
        ] as [([String], Bool)])
    func sharedMemoryIsSeen(arguments: [String], isShared: Bool) {
        #expect(RunningGuestChecks.sharesMemory(arguments) == isShared)
    }

    @Test func everyFindingIsComplete() {
        for finding in Doctor(qemu: "/nowhere/qemu", control: "/nowhere/x.sock").findings() {
            #expect(!finding.why.isEmpty)
            #expect((finding.help == nil) == (finding.outcome == .ok))
        }
    }

    @Test func aMissingQEMUAndFolderFail() {
        let findings = Doctor(qemu: "/nowhere/qemu", control: "/nowhere/x.sock").findings()
        let failed = findings.filter { $0.outcome == .fail }.map(\.check)
        #expect(failed.contains("qemu") && failed.contains("control socket"))
    }
}
