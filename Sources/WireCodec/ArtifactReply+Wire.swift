import ClusterVocabulary

extension ArtifactReply: WireValue {
    init(wire: WireArtifactReply) throws(WireError) {
        let requestID = wire.requestID
        switch wire.body {
        case .chunk(let chunk):
            let check = FieldChecks("ArtifactChunk")
            let total = try check.count(chunk.total, "total")
            self = .chunk(
                requestID: requestID,
                digest: try check.digest(chunk.digest, "digest", digits: 64),
                offset: try check.number(chunk.offset, "offset", 0...total),
                total: total)
        case .stored(let stored):
            let check = FieldChecks("ArtifactStored")
            self = .stored(
                requestID: requestID,
                digest: try check.digest(stored.digest, "digest", digits: 64),
                received: try check.count(stored.received, "received"),
                isComplete: stored.isComplete)
        case .stat(let standing):
            let check = FieldChecks("ArtifactStanding")
            let total = try check.number(standing.total, "total", -1...WireLimits.largestCount)
            self = .stat(
                requestID: requestID,
                digest: try check.digest(standing.digest, "digest", digits: 64),
                total: total,
                received: try check.count(standing.received, "received"))
        case .refused(let reason):
            self = .refused(requestID: requestID, try Reason(wire: reason))
        case nil: throw .missing(message: "ArtifactReply", field: "body")
        }
    }

    var wire: WireArtifactReply {
        var wire = WireArtifactReply()
        wire.requestID = requestID
        switch self {
        case .chunk(_, let digest, let offset, let total):
            var chunk = WireArtifactChunk()
            chunk.digest = digest
            chunk.offset = offset
            chunk.total = total
            wire.chunk = chunk
        case .stored(_, let digest, let received, let isComplete):
            var stored = WireArtifactStored()
            stored.digest = digest
            stored.received = received
            stored.isComplete = isComplete
            wire.stored = stored
        case .stat(_, let digest, let total, let received):
            var standing = WireArtifactStanding()
            standing.digest = digest
            standing.total = total
            standing.received = received
            wire.stat = standing
        case .refused(_, let reason):
            wire.refused = reason.wire
        }
        return wire
    }
}
