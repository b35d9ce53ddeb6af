/// Lines at the bottom of a terminal that are drawn again in place.
package struct LiveRegion {
    private let console: Console
    private let channel: Console.Channel
    private var drawn = 0

    /// A region without lines yet; the stream must be a terminal.
    package init(_ console: Console, on channel: Console.Channel) {
        self.console = console
        self.channel = channel
    }

    /// Shows these lines in place of the last ones; more than fit are left out at the end.
    package mutating func draw(_ lines: [StyledLine]) throws {
        let size = console.size(channel)
        var shown = lines
        if shown.count >= size.rows {
            let hidden = shown.count - (size.rows - 2)
            shown = Array(shown.prefix(size.rows - 2)) + [StyledLine("… and \(hidden) more", .dim)]
        }
        let color = console.usesColor(channel)
        // One write, so that nothing flickers: back to the first line, each line cleared behind.
        var text = drawn > 0 ? "\u{1B}[\(drawn)A\r" : ""
        for line in shown {
            // The last column stays free: some terminals wrap there.
            text += line.rendered(columns: max(1, size.columns - 1), color: color) + "\u{1B}[K\n"
        }
        if shown.count < drawn { text += "\u{1B}[J" }
        try console.raw(channel, text)
        drawn = shown.count
    }

    /// Removes the lines.
    package mutating func clear() throws {
        if drawn > 0 { try console.raw(channel, "\u{1B}[\(drawn)A\r\u{1B}[J") }
        drawn = 0
    }

    /// Lets the lines stand; the next ones are drawn below.
    package mutating func keep() { drawn = 0 }
}
