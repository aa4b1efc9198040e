package import NIOCore
internal import NIOPosix

/// Runs tasks on an event loop.
///
/// Swift's own executor runs on libdispatch, whose monitor wakes up every second for as long as the process lives.
/// An idle daemon sleeps.
package final class EventLoopTaskExecutor: TaskExecutor {
    /// On a loop of NIO's shared group.
    package static let shared = EventLoopTaskExecutor(MultiThreadedEventLoopGroup.singleton.next())

    private let loop: any EventLoop

    package init(_ loop: any EventLoop) {
        self.loop = loop
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
