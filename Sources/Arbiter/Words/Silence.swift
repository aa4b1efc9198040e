/// Who stands still where a guest has not answered in time, as far as can be seen.
public enum Silence: Sendable, Equatable, Codable, CaseIterable {
    /// The guest itself: its VMM and the host work. It may be too short of memory to answer.
    case guest
    /// Its VMM is stopped: by a signal, or by a debugger.
    case machineStopped
    /// Its VMM uses no processor time: the virtual machine is paused. A guest that is short of memory uses a lot of it.
    case machineIdle
    /// Its VMM waits for memory that the host has swapped out.
    case machineSwapped
    /// Other guests have fallen silent at the same time, and none answers.
    case everybody
    /// The host's tasks wait for memory.
    case host

    /// For people, behind "the guest does not answer: ".
    var sentence: String {
        switch self {
        case .guest: "it is taken to be under pressure"
        case .machineStopped: "its VMM is stopped"
        case .machineIdle: "its VMM uses no processor time; is the virtual machine paused?"
        case .machineSwapped: "its VMM waits for memory that the host has swapped out"
        case .everybody: "no guest answers; the host stands still"
        case .host: "the host itself is short of memory"
        }
    }
}
