internal import Balloon

/// What a guest is left when it starts, and what shows that it did not live through what was taken.
enum StartFigures {
    /// A driver starts some ten seconds before the guest's services have what they need (systemd's default target on a
    /// small guest; a program of 300 MiB that starts takes two more). Until then nothing is pursued that stood already.
    static let grace = TimeSpan.seconds(20)
    /// A driver that is reset with pages in its balloon, so soon after it had to give or suffered, did not live through it: a
    /// kernel that panics for want of memory does so within seconds, a watchdog bites within a minute.
    static let blame = TimeSpan.seconds(60)
    /// A guest of which more than this part of what it sees is available, before and after its kernel killed, and that did not
    /// look for memory in between, is not short: the kill was one of its own cgroups'. A quarter.
    static let plentyDivisor: Int64 = 4
}
