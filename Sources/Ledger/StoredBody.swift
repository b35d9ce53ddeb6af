import ClusterVocabulary
import Determinism
import Foundation
import GRDB
import WireCodec

/// Encoded records as columns: each with a checksum, because SQLite does not notice changed bytes.
enum StoredBody {
    /// The checksum of a body; `previous` chains it to the one before.
    static func checksum(_ body: [UInt8], after previous: Int64 = 0) -> Int64 {
        body.withUnsafeBytes { checksum($0, after: previous) }
    }

    /// Reads the body in columns `checksum` and `column` of a row; `what` names it in errors.
    static func read<Value>(
        _ row: Row, _ column: String, of what: @autoclosure () -> String, path: String,
        after previous: Int64 = 0, decode: (UnsafeRawBufferPointer) throws -> Value
    ) throws -> Value {
        let expected: Int64 = row["checksum"]
        return try row.withUnsafeData(named: column) { data in
            try (data ?? Data()).withUnsafeBytes { bytes in
                guard checksum(bytes, after: previous) == expected else {
                    throw LedgerError.damaged(
                        path: path, detail: "the bytes of \(what()) have changed")
                }
                do {
                    return try decode(bytes)
                } catch {
                    throw LedgerError.damaged(path: path, detail: "\(what()): \(error)")
                }
            }
        }
    }

    private static func checksum(_ bytes: UnsafeRawBufferPointer, after previous: Int64) -> Int64 {
        Int64(bitPattern: xxHash64(bytes, seed: UInt64(bitPattern: previous)))
    }
}
