private import Glibc
private import Synchronization

/// Frames over a pipe between two processes of one host: a 4-byte little-endian length, then the
/// bytes.
package enum PipeFrames {
    /// Reads whole frames from a descriptor; one thread.
    package final class Reader {
        private let descriptor: Int32
        private let largest: Int

        /// Reads from `descriptor`, which stays the caller's; frames longer than `largest` end it.
        package init(descriptor: Int32, largest: Int) {
            self.descriptor = descriptor
            self.largest = largest
        }

        /// The next frame, waiting for it; `nil` at the end of the pipe, at a broken frame, or at
        /// one that is too long.
        package func next() -> [UInt8]? {
            var header: [UInt8] = [0, 0, 0, 0]
            guard fill(&header) else { return nil }
            let length = header.enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
            guard length <= largest else { return nil }
            var body = [UInt8](repeating: 0, count: length)
            return fill(&body) ? body : nil
        }

        private func fill(_ bytes: inout [UInt8]) -> Bool {
            bytes.withUnsafeMutableBytes { buffer in
                var done = 0
                while done < buffer.count, let start = buffer.baseAddress {
                    let count = read(descriptor, start + done, buffer.count - done)
                    if count > 0 {
                        done += count
                    } else if count == 0 || errno != EINTR {
                        return false
                    }
                }
                return true
            }
        }
    }

    /// Writes whole frames to a descriptor from any thread.
    package final class Writer: Sendable {
        private let descriptor: Int32
        private let isBroken = Mutex(false)

        /// Writes to `descriptor`, which stays the caller's.
        package init(descriptor: Int32) {
            self.descriptor = descriptor
        }

        /// Writes one frame, waiting while the pipe is full; false once the reader is gone.
        @discardableResult
        package func write(_ body: [UInt8]) -> Bool {
            let length = UInt32(body.count)
            let frame = (0..<4).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + body
            return isBroken.withLock { isBroken in
                guard !isBroken else { return false }
                isBroken = !writeAll(frame)
                return !isBroken
            }
        }

        private func writeAll(_ frame: [UInt8]) -> Bool {
            frame.withUnsafeBytes { buffer in
                var done = 0
                while done < buffer.count, let start = buffer.baseAddress {
                    let count = Glibc.write(descriptor, start + done, buffer.count - done)
                    if count > 0 {
                        done += count
                    } else if errno != EINTR {
                        return false
                    }
                }
                return true
            }
        }
    }
}
