import ClusterVocabulary

extension ArtifactRequest: WireValue {
    init(wire: WireArtifactRequest) throws(WireError) {
        let requestID = wire.requestID
        switch wire.body {
        case .fetch(let fetch):
            let check = FieldChecks("ArtifactFetch")
            self = .fetch(
                requestID: requestID,
                digest: try check.digest(fetch.digest, "digest", digits: 64),
                offset: try check.count(fetch.offset, "offset"),
                length: try check.number(
                    fetch.length, "length", 1...ArtifactRequest.largestChunk))
        case .store(let store):
            let check = FieldChecks("ArtifactStore")
            let total = try check.count(store.total, "total")
            self = .store(
                requestID: requestID,
                digest: try check.digest(store.digest, "digest", digits: 64),
                offset: try check.number(store.offset, "offset", 0...total),
                total: total)
        case .stat(let stat):
            let check = FieldChecks("ArtifactStat")
            self = .stat(
                requestID: requestID,
                digest: try check.digest(stat.digest, "digest", digits: 64))
        case nil: throw .missing(message: "ArtifactRequest", field: "body")
        }
    }

    var wire: WireArtifactRequest {
        var wire = WireArtifactRequest()
        wire.requestID = requestID
        switch self {
        case .fetch(_, let digest, let offset, let length):
            var fetch = WireArtifactFetch()
            fetch.digest = digest
            fetch.offset = offset
            fetch.length = length
            wire.fetch = fetch
        case .store(_, let digest, let offset, let total):
            var store = WireArtifactStore()
            store.digest = digest
            store.offset = offset
            store.total = total
            wire.store = store
        case .stat(_, let digest):
            var stat = WireArtifactStat()
            stat.digest = digest
            wire.stat = stat
        }
        return wire
    }
}
