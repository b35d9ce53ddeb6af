private import COpenSSL

/// A TLS certificate signed by its own key (X.509 version 3, ECDSA over P-256 with SHA-256), for a
/// server whose clients are handed the certificate beforehand.
package struct SelfSignedCertificate: Sendable {
    /// The certificate, as PEM text.
    package let certificate: [UInt8]
    /// Its private key, as unencrypted PKCS #8 in PEM text.
    package let key: [UInt8]

    /// How long it counts; clients hold it as it is, so a new one has to be brought to all of them.
    package static let days = 3_650

    /// Why none could be made.
    package struct Failure: Error, Equatable, CustomStringConvertible {
        /// One sentence.
        package let description: String
    }

    /// Makes a key and a certificate for the given host names and addresses.
    ///
    /// - Parameter names: at least one; names of hosts, IPv4 or IPv6 addresses without brackets.
    package init(names: [String]) throws(Failure) {
        guard let first = names.first, names.allSatisfy(SelfSignedCertificate.isName) else {
            throw Failure(description: "a certificate needs host names or addresses: \(names)")
        }
        guard let pair = SelfSignedCertificate.keyPair(), let certificate = X509_new() else {
            throw Failure(description: "libcrypto made no key")
        }
        defer {
            EVP_PKEY_free(pair)
            X509_free(certificate)
        }
        let serial = KeyDerivation.random(count: 8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let day = 86_400
        var isWhole =
            X509_set_version(certificate, 2) == 1
            && ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1) == 1
            && X509_gmtime_adj(X509_getm_notBefore(certificate), -day) != nil
            && X509_gmtime_adj(X509_getm_notAfter(certificate), Self.days * day) != nil
            && X509_set_pubkey(certificate, pair) == 1
        let subject = X509_get_subject_name(certificate)
        // A common name has at most 64 characters; clients read the alternative names.
        let common = Array(first.utf8.prefix(64))
        isWhole =
            isWhole
            && X509_NAME_add_entry_by_txt(
                subject, "CN", MBSTRING_FLAG, common, Int32(common.count), -1, 0) == 1
            && X509_set_issuer_name(certificate, subject) == 1
        for (kind, value) in [
            (NID_subject_alt_name, SelfSignedCertificate.alternatives(names)),
            (NID_basic_constraints, "critical,CA:FALSE"),
            // No key usage: clients take their own root for one that may not sign itself else.
            (NID_ext_key_usage, "serverAuth"),
            (NID_subject_key_identifier, "hash"),
            (NID_authority_key_identifier, "keyid:always"),
        ] {
            isWhole = isWhole && SelfSignedCertificate.add(kind, value, to: certificate)
        }
        guard isWhole, X509_sign(certificate, pair, EVP_sha256()) > 0,
            let text = SelfSignedCertificate.written({ PEM_write_bio_X509($0, certificate) }),
            let key = SelfSignedCertificate.written({
                PEM_write_bio_PKCS8PrivateKey($0, pair, nil, nil, 0, nil, nil)
            })
        else { throw Failure(description: "libcrypto made no certificate for \(names)") }
        self.certificate = text
        self.key = key
    }

    /// Letters, digits and what else stands in names and addresses; nothing that the extension's
    /// own text form would read as more than a name.
    private static func isName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 253
            && name.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x3A, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
                default: false
                }
            }
    }

    private static func alternatives(_ names: [String]) -> String {
        names.map { name in
            let parts = name.split(separator: ".", omittingEmptySubsequences: false)
            let isAddress =
                name.contains(":") || parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
            return (isAddress ? "IP:" : "DNS:") + name
        }.joined(separator: ",")
    }

    private static func keyPair() -> OpaquePointer? {
        guard let context = EVP_PKEY_CTX_new_id(EVP_PKEY_EC, nil) else { return nil }
        defer { EVP_PKEY_CTX_free(context) }
        var pair: OpaquePointer?
        guard EVP_PKEY_keygen_init(context) == 1,
            EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context, NID_X9_62_prime256v1) == 1,
            EVP_PKEY_keygen(context, &pair) == 1
        else { return nil }
        return pair
    }

    private static func add(_ kind: Int32, _ value: String, to certificate: OpaquePointer) -> Bool {
        var context = X509V3_CTX()
        X509V3_set_ctx(&context, certificate, certificate, nil, nil, 0)
        guard let made = X509V3_EXT_nconf_nid(nil, &context, kind, value) else { return false }
        defer { X509_EXTENSION_free(made) }
        return X509_add_ext(certificate, made, -1) == 1
    }

    /// What a writer writes into memory; `nil` when it fails.
    private static func written(_ write: (OpaquePointer) -> Int32) -> [UInt8]? {
        guard let memory = BIO_new(BIO_s_mem()) else { return nil }
        defer { BIO_free(memory) }
        guard write(memory) == 1 else { return nil }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = BIO_read(memory, &piece, Int32(piece.count))
            guard count > 0 else { return bytes }
            bytes += piece[..<Int(count)]
        }
    }
}
