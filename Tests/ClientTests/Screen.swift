import Synchronization

@testable import Client

/// Streams that keep what is written to them.
final class Screen: Sendable {
    private final class Written: Sendable {
        let output = Mutex<[UInt8]>([])
        let error = Mutex<[UInt8]>([])

        func take(_ channel: Console.Channel, _ bytes: [UInt8]) {
            switch channel {
            case .output: output.withLock { $0 += bytes }
            case .error: error.withLock { $0 += bytes }
            }
        }
    }

    private let written: Written
    let console: Console

    /// Terminals of this size, or no terminals.
    init(columns: Int? = nil, rows: Int = 24) {
        let written = Written()
        self.written = written
        console = Console(
            outputIsTerminal: columns != nil, errorIsTerminal: columns != nil,
            size: { _ in columns.map { Console.Size(columns: $0, rows: rows) } },
            sink: { written.take($0, $1) })
    }

    var output: String { String(decoding: written.output.withLock { $0 }, as: UTF8.self) }
    var error: String { String(decoding: written.error.withLock { $0 }, as: UTF8.self) }
}
