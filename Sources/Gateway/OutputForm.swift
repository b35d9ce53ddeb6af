import Hummingbird

/// How a list is wanted: the query parameter `as`.
enum OutputForm: String, CaseIterable {
    /// JSON.
    case json
    /// A table with the main columns.
    case table
    /// A table with all columns.
    case wide
    /// One name per line.
    case name

    /// Reads the query; JSON when it says nothing.
    init(_ request: Request) throws(GatewayFailure) {
        guard let word = request.query("as") else {
            self = .json
            return
        }
        guard let form = OutputForm(rawValue: word) else {
            let known = OutputForm.allCases.map(\.rawValue).joined(separator: ", ")
            throw .invalid("as=\(word.prefix(40)) is unknown; there are \(known)")
        }
        self = form
    }
}
