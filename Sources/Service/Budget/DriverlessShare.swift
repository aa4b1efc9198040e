internal import Arbiter
internal import Balloon
internal import ControlAPI

/// What a guest without a driver counts with.
struct DriverlessShare {
    var promised: Pages
    /// What the host spends on it.
    var spent: Pages
    var max: Pages

    /// For people.
    var sentence: String {
        "no driver runs: counts with \(ByteSize(promised)) of \(ByteSize(max)); "
            + "the host spends \(ByteSize(spent)) on it, \(ByteSize((promised - spent).orNone)) are the margin"
    }
}

extension StandingShortage.Holder {
    /// Who keeps what others wait for.
    func sentence(_ name: String) -> String {
        hasDriver
            ? "\(name) has most, \(ByteSize(promised))"
            : "\(name) has \(ByteSize(promised)), and no driver runs in it that could be asked"
    }
}
