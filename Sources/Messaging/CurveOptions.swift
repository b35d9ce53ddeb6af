/// How a socket encrypts and authenticates; tcp and ipc only, inproc refuses all but `none`.
package enum CurveOptions: Sendable {
    /// In the clear, everybody may connect.
    case none
    /// The listening side; a `ZAPHandler` must run in the context and is told `domain`.
    case server(CurveKeyPair, domain: String)
    /// The connecting side; talks only to the holder of `serverPublicKey` (40 characters of Z85).
    case client(serverPublicKey: String, own: CurveKeyPair)

    /// The listening side in the domain `control`.
    package static func server(_ own: CurveKeyPair) -> CurveOptions {
        .server(own, domain: "control")
    }

    var isEncrypted: Bool {
        if case .none = self { return false }
        return true
    }

    var isServer: Bool {
        if case .server = self { return true }
        return false
    }
}
