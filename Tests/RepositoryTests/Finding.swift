/// One broken rule: where, and what to do about it.
struct Finding: Equatable, CustomStringConvertible {
    /// The file, relative to the repository.
    let file: String
    /// The line, from 1; 0 when the whole file is meant.
    let line: Int
    /// What is wrong and the remedy.
    let message: String

    init(_ file: String, _ line: Int = 0, _ message: String) {
        self.file = file
        self.line = line
        self.message = message
    }

    var description: String {
        line > 0 ? "\(file):\(line): \(message)" : "\(file): \(message)"
    }
}
