/// How measured values are collected by a process around a command: from files it writes, from an
/// address it serves, or from its output by patterns of the user.
package struct MetricCollector: Hashable, Sendable {
    /// What lines of a file look like.
    package enum LineForm: UInt8, Sendable, CaseIterable {
        /// `name=value` anywhere in a line, as Katib reads text.
        case text = 1
        /// Objects of JSON, one in a line; numbers may be written as texts.
        case json = 2
    }

    /// Where values come from.
    package enum Source: Hashable, Sendable {
        /// Lines of both streams of output.
        case output
        /// Lines of a file.
        case file(path: String, form: LineForm)
        /// The event files of TensorFlow below a folder.
        case events(folder: String)
        /// Prometheus text served on loopback; without names everything is taken.
        case scrape(port: Int, path: String, names: [String])
        /// Lines the program appends to the file `MLCTL_METRICS` names.
        case pushed
    }

    /// Where values come from.
    package var source: Source
    /// Regular expressions with two groups, name and value; none means ``LineForm/text``.
    package var filters: [String]

    /// Makes a collector.
    package init(_ source: Source, filters: [String] = []) {
        self.source = source
        self.filters = filters
    }

    /// The most regular expressions, and names of a scrape.
    package static let mostFilters = 64
    /// The longest regular expression, in UTF-8 bytes.
    package static let longestFilter = 1_024
    /// The variable that names the file of ``Source/pushed``.
    package static let pushVariable = "MLCTL_METRICS"
}
