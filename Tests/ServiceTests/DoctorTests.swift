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

    @Test func eitherDoorIsEnough() {
        let version = QEMUVersion(major: 11, minor: 1)
        let both = ["vhost-user-test-device-pci", "vfio-user-pci"]
        #expect(QEMUChecks.finding("q", version, offered: []).outcome == .fail)
        for device in both {
            let finding = QEMUChecks.finding("q", version, offered: [device])
            #expect(finding.outcome == .ok && finding.why.contains("one door of two"))
        }
        #expect(
            QEMUChecks.finding("q", version, offered: both).why.hasSuffix(
                "has vhost-user-test-device-pci and vfio-user-pci"))
    }

    @Test func aSecondBalloonIsSeen() {
        let ours = #"{"driver":"vfio-user-pci","socket":{"type":"unix","path":"s"}}"#
        #expect(RunningGuestChecks.hasTwoBalloons(["-device", ours, "-device", "virtio-balloon-pci"]))
        #expect(!RunningGuestChecks.hasTwoBalloons(["-device", ours]))
        #expect(!RunningGuestChecks.hasTwoBalloons(["-device", "virtio-balloon-pci"]))
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

    @Test func tooFewDescriptorsForTheGuestsFail() {
        let short = LimitChecks.descriptors(1000, limit: 4096)
        #expect(short.outcome == .fail)
        #expect(
            short.why == "1000 guests need 19256 file descriptors (19 each, 256 for the daemon), and 4096 are allowed: "
                + "enough for 202 guests")
        #expect(short.help?.isEmpty == false)
        #expect(LimitChecks.descriptors(1000, limit: 19256).outcome == .ok)
        #expect(LimitChecks.descriptors(nil, limit: 524288).outcome == .ok)
        #expect(LimitChecks.descriptors(nil, limit: 300).outcome == .warn)
    }

    @Test func reactorsKeepToProcessors() {
        #expect(ReactorPlan(guests: 1, usable: [0, 1, 2, 3]).processors == [nil])
        #expect(ReactorPlan(guests: 9, usable: [5]).processors == [nil])
        #expect(ReactorPlan(guests: 2, usable: [0, 1, 2, 3]).processors == [0, 2])
        #expect(ReactorPlan(guests: 1000, usable: Array(0..<16)).processors == [0, 2, 4, 6, 8, 10, 12, 14])
        #expect(ReactorPlan(guests: 3, usable: []).processors == [nil])
        #expect(ReactorPlan(guests: 1, reactors: 3, usable: [0]).processors == [nil, nil, nil])
    }
}
