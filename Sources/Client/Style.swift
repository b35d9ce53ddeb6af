/// A way to stand out on a terminal.
package enum Style: String, Sendable {
    /// Something went wrong.
    case red = "31"
    /// All is well.
    case green = "32"
    /// Waits or needs attention.
    case yellow = "33"
    /// Works.
    case cyan = "36"
    /// Matters less.
    case dim = "2"
    /// Matters more.
    case bold = "1"

    /// The text in this style, or as it is.
    package func text(_ text: String, isOn: Bool) -> String {
        isOn && !text.isEmpty ? "\u{1B}[\(rawValue)m\(text)\u{1B}[0m" : text
    }

    /// How a job's state is shown.
    package static func ofState(_ word: String) -> Style? {
        switch word {
        case "Succeeded": .green
        case "Failed": .red
        case "Running": .cyan
        case "Pending": .yellow
        case "Cancelled": .dim
        default: nil
        }
    }
}

/// A line of pieces of text, each in its own style, that can be cut to a width.
package struct StyledLine: Sendable, Equatable {
    private struct Piece: Sendable, Equatable {
        let text: String
        let style: Style?
    }

    private var pieces: [Piece] = []

    /// Starts with plain text.
    package init(_ text: String = "", _ style: Style? = nil) {
        append(text, style)
    }

    /// Adds text; characters that would steer the terminal become `?`.
    package mutating func append(_ text: String, _ style: Style? = nil) {
        guard !text.isEmpty else { return }
        var shown = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let isControl = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
            shown.append(isControl ? "?" : scalar)
        }
        pieces.append(Piece(text: String(shown), style: style))
    }

    /// The text without styles.
    package var plain: String { pieces.map(\.text).joined() }

    /// Columns it takes, one for each Unicode scalar.
    package var width: Int { pieces.reduce(0) { $0 + $1.text.unicodeScalars.count } }

    /// The line for a terminal of so many columns; a longer one ends in `…`.
    package func rendered(columns: Int, color: Bool) -> String {
        var left = width > columns ? max(0, columns - 1) : columns
        var result = ""
        for piece in pieces where left > 0 {
            let scalars = piece.text.unicodeScalars
            let part = String(String.UnicodeScalarView(scalars.prefix(left)))
            left -= min(left, scalars.count)
            result += piece.style?.text(part, isOn: color) ?? part
        }
        return width > columns && columns > 0 ? result + "…" : result
    }
}
