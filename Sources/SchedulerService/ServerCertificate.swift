import Artifacts
import Foundation
import Glibc
import Sealing

/// What the HTTP side proves itself with when it is served beyond this host.
///
/// `keys/http.crt` is given to clients, `keys/http.key` is the secret; made when one is missing.
package struct ServerCertificate: Sendable, Equatable {
    /// The file of the certificate, PEM.
    package let certificatePath: String
    /// The file of the private key, PEM.
    package let keyPath: String

    /// Files that exist already, or will.
    package init(certificatePath: String, keyPath: String) {
        self.certificatePath = certificatePath
        self.keyPath = keyPath
    }

    /// The scheduler's own files.
    package init(stateFolder: String) {
        certificatePath = "\(stateFolder)/keys/http.crt"
        keyPath = "\(stateFolder)/keys/http.key"
    }

    /// Whether both files are there.
    package var isThere: Bool {
        access(certificatePath, R_OK) == 0 && access(keyPath, R_OK) == 0
    }

    /// Makes both files anew. Clients have to be given the new certificate.
    ///
    /// - Parameter names: the names and addresses by which clients reach the scheduler; those of
    ///   this host itself are added.
    package func make(names: [String]) throws {
        var all: [String] = []
        for name in names + [ProcessInfo.processInfo.hostName, "localhost", "127.0.0.1", "::1"]
        where !all.contains(name) && !["0.0.0.0", "::", "*"].contains(name) { all.append(name) }
        let made = try SelfSignedCertificate(names: all)
        let folder = (certificatePath as NSString).deletingLastPathComponent
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        // The key first: a certificate without its key would be taken for whole.
        unlink(certificatePath)
        try PrivateFile.write(made.key, to: keyPath)
        try PrivateFile.write(made.certificate, to: certificatePath)
    }
}
