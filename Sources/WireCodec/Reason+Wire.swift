import ClusterVocabulary

extension Reason: WireValue {
    init(wire: WireReason) throws(WireError) {
        let check = FieldChecks("Reason")
        self.init(
            try check.closed(Reason.Code.self, wire.code.rawValue, "code"),
            try check.text(wire.message, "message", longest: Reason.longestMessage))
    }

    // The vocabulary cuts by characters, which may leave more bytes than the bound.
    var wire: WireReason {
        var wire = WireReason()
        wire.code = WireReasonCode(rawValue: Int(code.rawValue)) ?? WireReasonCode.none
        wire.message = message.cut(toBytes: Reason.longestMessage)
        return wire
    }
}
