/// A question of libzmq whether a client may connect (ZeroMQ RFC 27), as it arrives at a router.
struct ZAPRequest: Equatable {
    let requestID: [UInt8]
    let domain: String
    let address: String
    /// Z85; nil for a mechanism other than CURVE.
    let publicKey: String?

    /// Bytes of the domain and the address that are read at most.
    static let maximumTextBytes = 1024

    /// Parses [empty, version, request id, domain, address, identity, mechanism, credentials...];
    /// nil for what is not a request of the known version.
    init?(frames: [UnsafeRawBufferPointer]) {
        guard frames.count >= 7, frames[0].isEmpty, frames[1].elementsEqual("1.0".utf8),
            frames[3].count <= Self.maximumTextBytes, frames[4].count <= Self.maximumTextBytes
        else { return nil }
        requestID = Array(frames[2])
        domain = String(decoding: frames[3], as: UTF8.self)
        address = String(decoding: frames[4], as: UTF8.self)
        let isCurve = frames[6].elementsEqual("CURVE".utf8) && frames.count == 8
        publicKey = isCurve ? CurveKeyPair.text(ofBinaryKey: frames[7]) : nil
    }

    /// The answer: admitted as `userID`, or refused for nil.
    func reply(userID: String?) -> [[UInt8]] {
        let status = userID == nil ? "400" : "200"
        let text = userID == nil ? "not admitted" : "OK"
        return [
            [], Array("1.0".utf8), requestID, Array(status.utf8), Array(text.utf8),
            Array((userID ?? "").utf8), [],
        ]
    }
}
