import Artifacts
import Foundation

/// The bearer token of the user who runs the scheduler, in `keys/admin.token`.
package enum AdminToken {
    /// Reads the token, or draws one at the first start: 32 random bytes in hexadecimal.
    package static func load(stateFolder: String) throws -> String {
        let path = "\(stateFolder)/keys/admin.token"
        if let text = try? String(contentsOfFile: path, encoding: .utf8) {
            let token = text.trimmingCharacters(in: .whitespacesAndNewlines)
            if token.utf8.count >= 16 { return token }
        }
        let token = SecretText.make()
        try ClusterKeys.write(token + "\n", to: path)
        return token
    }
}
