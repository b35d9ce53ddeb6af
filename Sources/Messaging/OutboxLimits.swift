/// The bounds of what waits to be taken over by a loop's thread.
package struct OutboxLimits: Sendable, Equatable {
    /// Most messages waiting.
    package var messages = 4096
    /// Most bytes waiting, over all frames.
    package var bytes = 64 << 20

    /// 4096 messages, 64 MiB.
    package init() {}
}
