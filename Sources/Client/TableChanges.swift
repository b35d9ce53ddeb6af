/// The lines of a table that are new or have changed since it was last looked at; ages, which
/// change by themselves, do not count.
package struct TableChanges: Sendable {
    private var header = ""
    private var rows: [String: String] = [:]

    /// Nothing was seen yet.
    package init() {}

    /// The lines to show: at first all with the header, then those that differ.
    package mutating func take(_ text: String) -> [String] {
        let lines = text.split(separator: "\n").map(String.init)
        guard let first = lines.first else { return [] }
        let isTable = first.hasPrefix("NAME")
        var shown: [String] = []
        if isTable, header.isEmpty { shown.append(first) }
        if isTable { header = first }
        var found: [String: String] = [:]
        for line in lines.dropFirst(isTable ? 1 : 0) {
            let name = String(line.prefix { $0 != " " })
            let content = TableChanges.withoutAge(line, under: first)
            found[name] = content
            if rows[name] != content { shown.append(line) }
        }
        rows = found
        return shown
    }

    /// The line with the cell under the title AGE left out.
    private static func withoutAge(_ line: String, under header: String) -> String {
        let title = Array("AGE")
        let titles = Array(header)
        var cells = Array(line)
        guard titles.count >= title.count,
            let start = (0...(titles.count - title.count)).first(where: {
                Array(titles[$0..<$0 + title.count]) == title
                    && ($0 == 0 || titles[$0 - 1] == " ")
            })
        else { return line }
        // Right-aligned: the cell ends where the title ends.
        var place = min(start + title.count, cells.count) - 1
        while place >= 0, cells[place] != " " {
            cells[place] = " "
            place -= 1
        }
        return cells.split(separator: " ").map { String($0) }.joined(separator: " ")
    }
}
