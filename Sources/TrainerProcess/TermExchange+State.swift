import ClusterVocabulary
import WireCodec

/// The state itself on its way to members that are behind.
extension TermExchange {
    func sendState(to peer: Int, state: UnsafePointer<Float>, trailer: StateTrailer) {
        let frame = header(.state, round: go.startRound)
        outgoing[peer].append(frame, floats: state, count: stateCount)
        trailer.encoded.withUnsafeBytes { trailerMemory.copyMemory(from: $0) }
        var last = frame
        last.elementOffset = UInt64(stateCount)
        last.elementCount = UInt32(StateTrailer.wordCount)
        outgoing[peer].append(last, UnsafeRawBufferPointer(trailerMemory))
    }

    /// Fetches the state of `go.startRound` from the member that holds it.
    func fetchState(
        from source: Int, into state: UnsafeMutablePointer<Float>, shouldStop: () -> Bool
    ) throws -> (outcome: Outcome, trailer: StateTrailer) {
        outgoing[source].append(
            header(.stateRequest, round: go.startRound),
            UnsafeRawBufferPointer(start: nil, count: 0))
        var received = 0
        var trailer: StateTrailer?
        let handle = {
            [self] (frame: ExchangeFrame, payload: UnsafeRawBufferPointer)
                -> FrameInbox.Disposition in
            if let disposition = foreign(frame) { return disposition }
            guard frame.kind == .state else {
                return frame.kind == .stateRequest || frame.kind == .hello ? .done : .later
            }
            guard Int(frame.senderRank) == source, Int(frame.elementOffset) == received,
                payload.count == Int(frame.elementCount) * MemoryLayout<Float>.size
            else { return .done }
            if received == stateCount {
                trailer = StateTrailer(payload)
            } else if received + Int(frame.elementCount) <= stateCount,
                let bytes = payload.baseAddress
            {
                UnsafeMutableRawPointer(state + received).copyMemory(
                    from: bytes, byteCount: payload.count)
                received += Int(frame.elementCount)
            }
            return .done
        }
        inbox.replay(handle)
        var lastHeard = ContinuousClock.now
        while true {
            if let trailer { return (.complete, trailer) }
            if shouldStop() { return (.stopped, StateTrailer()) }
            let went = try pump()
            if try inbox.next(timeout: .zero, handle) {
                lastHeard = ContinuousClock.now
            } else if !went, try !waitForWork(),
                ContinuousClock.now - lastHeard > silence
            {
                return (.stalled, StateTrailer())
            }
        }
    }

    /// Serves as a finished member until told to stop: delivers what is queued, and hands the
    /// state to members that are behind.
    func serve(
        state: UnsafePointer<Float>, trailer: StateTrailer, until shouldStop: () -> Bool
    ) throws {
        while !shouldStop() {
            let went = try pump()
            let isHeard = try inbox.next(timeout: .zero) { frame, _ in
                if let disposition = foreign(frame) { return disposition }
                if frame.kind == .stateRequest {
                    sendState(to: Int(frame.senderRank), state: state, trailer: trailer)
                }
                return .done
            }
            if !went, !isHeard { _ = try waitForWork() }
        }
    }
}
