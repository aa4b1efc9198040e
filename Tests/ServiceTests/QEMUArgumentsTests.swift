import ControlAPI
import Service
import Testing

@Suite struct QEMUArgumentsTests {
    @Test func aGuestOfKnownSize() {
        let options = QEMUArguments(
            guest: "web1", door: .vhostUser, socket: "/run/web1.sock", max: ByteSize(1536 << 20)
        ).options
        #expect(
            options.arguments == [
                "-m", "1536M",
                "-object", "memory-backend-memfd,id=aerostat-mem,size=1536M,share=on",
                "-machine", "memory-backend=aerostat-mem",
                "-chardev", "socket,id=aerostat-vb,path=/run/web1.sock",
                "-device",
                "vhost-user-test-device-pci,chardev=aerostat-vb,virtio-id=5,num_vqs=5,vq_size=128,config_size=16",
            ])
        #expect(options.shell.hasPrefix("-m 1536M \\\n-object memory-backend-memfd"))
        #expect(options.notes.allSatisfy { !$0.contains("replace") })
    }

    @Test func aGuestOfUnknownSize() throws {
        let options = QEMUArguments(guest: "db", door: .vhostUser, socket: "/run/db.sock", max: nil).options
        #expect(options.arguments[1] == "SIZE")
        #expect(
            try #require(options.notes.first)
                == "replace SIZE, twice, by the guest's memory, such as 2G: db has no max= and no VMM is connected")
    }

    @Test func overVfioUser() {
        let options = QEMUArguments(guest: "a", door: .vfioUser, socket: "/run/\"a\".sock", max: ByteSize(1 << 30))
            .options
        #expect(
            options.arguments.suffix(2) == [
                "-device",
                #"{"driver":"vfio-user-pci","id":"aerostat-vb","socket":{"type":"unix","path":"/run/\"a\".sock"}}"#,
            ])
        #expect(!options.arguments.contains("-chardev"))
        #expect(options.notes.contains { $0.contains("device_del") })
    }

    @Test func pathsAreQuoted() {
        let options = QEMUArguments(guest: "a", door: .vhostUser, socket: "/run/a b,c'd.sock", max: ByteSize(1 << 30))
            .options
        #expect(options.arguments.contains("socket,id=aerostat-vb,path=/run/a b,,c'd.sock"))
        #expect(options.shell.contains("-chardev 'socket,id=aerostat-vb,path=/run/a b,,c'\\''d.sock'"))
    }
}
