import Testing

@testable import Sealing

struct SelfSignedCertificateTests {
    @Test func aKeyAndACertificateAreMadeAsPEM() throws {
        let made = try SelfSignedCertificate(names: ["lab.example", "192.0.2.10", "fd00::1"])
        let certificate = String(decoding: made.certificate, as: UTF8.self)
        let key = String(decoding: made.key, as: UTF8.self)
        #expect(certificate.hasPrefix("-----BEGIN CERTIFICATE-----\n"))
        #expect(certificate.hasSuffix("-----END CERTIFICATE-----\n"))
        #expect(key.hasPrefix("-----BEGIN PRIVATE KEY-----\n"))
        let other = try SelfSignedCertificate(names: ["lab.example"])
        #expect(other.key != made.key)
        #expect(other.certificate != made.certificate)
    }

    /// A name is never read as a second entry of the extension.
    @Test(arguments: ["a,DNS:evil", "", "a b", "ümlaut", "a\nb", "email:copy,x", "*.a"])
    func onlyNamesAreNames(_ name: String) {
        #expect(throws: SelfSignedCertificate.Failure.self) {
            try SelfSignedCertificate(names: [name])
        }
    }

    @Test func namesMayBeLongButNotEndless() throws {
        _ = try SelfSignedCertificate(names: [String(repeating: "a", count: 253)])
        #expect(throws: SelfSignedCertificate.Failure.self) {
            try SelfSignedCertificate(names: [String(repeating: "a", count: 254)])
        }
        #expect(throws: SelfSignedCertificate.Failure.self) {
            try SelfSignedCertificate(names: [])
        }
    }
}
