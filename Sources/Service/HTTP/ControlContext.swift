package import Hummingbird
internal import NIOCore

/// What a route knows of its request besides the request.
package struct ControlContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    /// The client's connection.
    let channel: any Channel

    package init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }
}
