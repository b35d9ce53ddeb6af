import ClusterVocabulary
import Foundation
import Sealing

/// The keys that seal parameter frames between hosts: one per attempt and term, derived from a
/// secret of this scheduler and told to the term's members over the CURVE control link.
///
/// They never enter the ledger. The secret lies in `keys/exchange.secret`, so that the same term
/// has the same key over a restart of the scheduler.
struct ExchangeKeys: Sendable {
    private let secret: [UInt8]

    /// Reads the secret of the state folder, or draws one at the first start.
    init(stateFolder: String) throws {
        let path = "\(stateFolder)/keys/exchange.secret"
        if let text = try? String(contentsOfFile: path, encoding: .utf8),
            let bytes = Self.bytes(text.trimmingCharacters(in: .whitespacesAndNewlines)),
            bytes.count == KeyDerivation.keyBytes
        {
            secret = bytes
            return
        }
        secret = KeyDerivation.random(count: KeyDerivation.keyBytes)
        let digits = secret.map { byte in
            let text = String(byte, radix: 16)
            return text.count == 1 ? "0" + text : text
        }
        try ClusterKeys.write(digits.joined() + "\n", to: path)
    }

    /// The message as it is sent: a preparation gets its term's key.
    func completing(_ message: SchedulerMessage) -> SchedulerMessage {
        guard case .prepare(var prepare) = message else { return message }
        prepare.exchangeKey = key(prepare.attempt, prepare.term)
        return .prepare(prepare)
    }

    /// The key of a term.
    func key(_ attempt: AttemptID, _ term: Term) -> SecretBytes {
        let purpose = "mlctl exchange term \(attempt.job.number) \(attempt.number) \(term.number)"
        return SecretBytes(
            KeyDerivation.key(secret: secret, salt: [], info: Array(purpose.utf8)))
    }

    private static func bytes(_ digits: String) -> [UInt8]? {
        let text = Array(digits.utf8)
        guard text.count % 2 == 0 else { return nil }
        var bytes: [UInt8] = []
        for start in stride(from: 0, to: text.count, by: 2) {
            let pair = String(decoding: text[start..<start + 2], as: UTF8.self)
            guard let byte = UInt8(pair, radix: 16) else { return nil }
            bytes.append(byte)
        }
        return bytes
    }
}
