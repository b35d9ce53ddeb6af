package import ClusterVocabulary

extension WireEnrolmentRequest: VersionedWire {}
extension WireEnrolmentReply: VersionedWire {}

extension EnrolmentRequest: WireValue {
    init(wire: WireEnrolmentRequest) throws(WireError) {
        let check = FieldChecks("EnrolmentRequest")
        let wish: Wish
        switch wire.wish {
        case .join(let join):
            wish = .join(
                tokenID: try check.text(
                    join.tokenID, "token_id", longest: Self.longestSecret, mayBeEmpty: false),
                secret: try check.text(
                    join.secret, "secret", longest: Self.longestSecret, mayBeEmpty: false))
        case .rotate(let rotate):
            wish = .rotate(
                nextPublicKey: try check.text(
                    rotate.nextPublicKey, "next_public_key", longest: Self.longestSecret,
                    mayBeEmpty: false))
        case nil: throw .missing(message: "EnrolmentRequest", field: "wish")
        }
        self.init(
            requestID: wire.requestID, node: try check.node(wire.node, "node"),
            protocolVersion: wire.protocolVersion, wish: wish)
    }

    var wire: WireEnrolmentRequest {
        var wire = WireEnrolmentRequest()
        wire.requestID = requestID
        wire.node = node.name
        wire.protocolVersion = protocolVersion
        switch wish {
        case .join(let tokenID, let secret):
            wire.join.tokenID = tokenID
            wire.join.secret = secret
        case .rotate(let next): wire.rotate.nextPublicKey = next
        }
        return wire
    }
}

extension EnrolmentReply: WireValue {
    init(wire: WireEnrolmentReply) throws(WireError) {
        let check = FieldChecks("EnrolmentReply")
        switch wire.body {
        case .accepted(let accepted):
            self = .accepted(
                requestID: wire.requestID, control: try check.path(accepted.control, "control"))
        case .refused(let reason):
            self = .refused(requestID: wire.requestID, try Reason(wire: reason))
        case nil: throw .missing(message: "EnrolmentReply", field: "body")
        }
    }

    var wire: WireEnrolmentReply {
        var wire = WireEnrolmentReply()
        wire.requestID = requestID
        switch self {
        case .accepted(_, let control): wire.accepted.control = control
        case .refused(_, let reason): wire.refused = reason.wire
        }
        return wire
    }
}

extension WireCodec {
    /// The most bytes of an enrolment message: a stranger may send one.
    package static let largestEnrolment = 4_096

    /// The bytes of what a worker asks at the enrolment endpoint.
    package static func encode(_ request: EnrolmentRequest) -> [UInt8] { request.encoded }

    /// Reads what a worker asks; at most ``largestEnrolment`` bytes.
    package static func decodeEnrolmentRequest(
        _ bytes: UnsafeRawBufferPointer
    ) throws(WireError) -> EnrolmentRequest {
        try EnrolmentRequest(encoded: bytes, limit: largestEnrolment)
    }

    /// The bytes of the answer to a worker.
    package static func encode(_ reply: EnrolmentReply) -> [UInt8] { reply.encoded }

    /// Reads the answer to a worker; at most ``largestEnrolment`` bytes.
    package static func decodeEnrolmentReply(
        _ bytes: UnsafeRawBufferPointer
    ) throws(WireError) -> EnrolmentReply {
        try EnrolmentReply(encoded: bytes, limit: largestEnrolment)
    }
}
