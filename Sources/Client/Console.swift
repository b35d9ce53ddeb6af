import Glibc

/// Standard output for data and standard error for everything else, and what the two can show.
package final class Console: Sendable {
    /// One of the two streams.
    package enum Channel: Sendable, Equatable {
        /// Data.
        case output
        /// Notes, errors, bars.
        case error
    }

    /// Columns and rows of a terminal.
    package struct Size: Sendable, Equatable {
        /// Characters of a line.
        package var columns: Int
        /// Lines.
        package var rows: Int

        /// Makes a size.
        package init(columns: Int, rows: Int) {
            self.columns = columns
            self.rows = rows
        }
    }

    private let terminals: (output: Bool, error: Bool)
    private let allowsColor: Bool
    private let sink: @Sendable (Channel, [UInt8]) throws -> Void
    private let measure: @Sendable (Channel) -> Size?

    /// The streams of this process; `NO_COLOR` and `TERM=dumb` are respected.
    package static func standard(environment: [String: String]) -> Console {
        let isDumb = environment["TERM"] == "dumb"
        let isPlain = !(environment["NO_COLOR"] ?? "").isEmpty || isDumb
        return Console(
            outputIsTerminal: isatty(1) == 1 && !isDumb,
            errorIsTerminal: isatty(2) == 1 && !isDumb, allowsColor: !isPlain,
            size: { Console.size(of: $0 == .output ? 1 : 2) },
            sink: { try Console.write($1, to: $0 == .output ? 1 : 2) })
    }

    /// Streams that go elsewhere, such as into a test.
    package init(
        outputIsTerminal: Bool = false, errorIsTerminal: Bool = false, allowsColor: Bool = false,
        size: @escaping @Sendable (Channel) -> Size? = { _ in nil },
        sink: @escaping @Sendable (Channel, [UInt8]) throws -> Void
    ) {
        terminals = (outputIsTerminal, errorIsTerminal)
        self.allowsColor = allowsColor
        measure = size
        self.sink = sink
    }

    /// Whether a person looks at the stream.
    package func isTerminal(_ channel: Channel) -> Bool {
        channel == .output ? terminals.output : terminals.error
    }

    /// Whether colours may be used on the stream.
    package func usesColor(_ channel: Channel) -> Bool { allowsColor && isTerminal(channel) }

    /// The size of the terminal now; 80 x 24 when it does not tell.
    package func size(_ channel: Channel) -> Size {
        measure(channel) ?? Size(columns: 80, rows: 24)
    }

    // MARK: Writing

    /// Writes data.
    package func write(_ bytes: [UInt8]) throws {
        if !bytes.isEmpty { try sink(.output, bytes) }
    }

    /// Writes bytes that are not data, such as what a command wrote to standard error.
    package func writeError(_ bytes: [UInt8]) throws {
        if !bytes.isEmpty { try sink(.error, bytes) }
    }

    /// Writes a line of data.
    package func line(_ text: String) throws { try write(Array("\(text)\n".utf8)) }

    /// Writes a line for the person; a failure to do so is no reason to end.
    package func note(_ text: String) {
        try? sink(.error, Array("\(text)\n".utf8))
    }

    /// Writes raw text to either stream.
    func raw(_ channel: Channel, _ text: String) throws {
        if !text.isEmpty { try sink(channel, Array(text.utf8)) }
    }

    /// A note that begins with `error: `, red where that is possible.
    package func error(_ message: String) {
        guard !message.isEmpty else { return }
        note(Style.red.text("error:", isOn: usesColor(.error)) + " \(message)")
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) throws {
        try bytes.withUnsafeBytes { buffer in
            var done = 0
            while done < buffer.count {
                let rest = UnsafeRawBufferPointer(rebasing: buffer[done...])
                let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
                if count >= 0 {
                    done += count
                } else if errno == EPIPE {
                    throw ClientFailure(.outputClosed, "")
                } else if errno == EAGAIN {
                    var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    poll(&request, 1, 1_000)
                } else if errno != EINTR {
                    let cause = String(cString: strerror(errno))
                    throw ClientFailure(
                        .workFailed, "the output cannot be written: \(cause); free some space")
                }
            }
        }
    }

    private static func size(of descriptor: Int32) -> Size? {
        var window = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &window) == 0, window.ws_col > 0 else {
            return nil
        }
        return Size(columns: Int(window.ws_col), rows: max(2, Int(window.ws_row)))
    }
}
