/// Says what will not work on this host. Looks only: what it makes for a test is gone afterwards.
package struct Doctor: Sendable {
    private let qemu: String?
    private let control: String
    private let guests: Int?

    /// - Parameters:
    ///   - qemu: the QEMU to look at; `nil`: all that `PATH` has.
    ///   - control: the path of the control socket.
    ///   - guests: how many shall be served; `nil`: not known.
    package init(qemu: String?, control: String, guests: Int? = nil) {
        self.qemu = qemu
        self.control = control
        self.guests = guests
    }

    /// Takes as long as QEMU takes to start twice; blocks its thread.
    package func findings() -> [Finding] {
        QEMUChecks(named: qemu).findings()
            + MemoryChecks.findings()
            + LimitChecks.findings(guests: guests)
            + HostSignalChecks.findings()
            + [SocketCheck.finding(control: control)]
            + RunningGuestChecks.findings()
    }
}
