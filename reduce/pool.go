package reduce

import (
	"sync"
	"sync/atomic"
)

// A job is work in numbered parts that several goroutines take from, each
// with a number of its own.
type job struct {
	parts   int64
	do      func(goroutine, part int)
	next    atomic.Int64
	takers  atomic.Int64
	waiting sync.WaitGroup
}

// run does parts 0 to n−1 on up to that many goroutines, one of them the
// caller's, and returns when all are done. It allocates nothing once the
// pool's goroutines are there.
func (j *job) run(n, goroutines int) {
	j.parts = int64(n)
	j.next.Store(0)
	j.takers.Store(0)
	for range min(goroutines, n) - 1 {
		j.waiting.Add(1)
		pool.recruit(j)
	}
	j.take()
	j.waiting.Wait()
}

func (j *job) take() {
	me := int(j.takers.Add(1) - 1)
	for part := j.next.Add(1) - 1; part < j.parts; part = j.next.Add(1) - 1 {
		j.do(me, int(part))
	}
}

// pool holds the goroutines that help: they wait for jobs, and there are as
// many as were ever wanted at once, up to a limit. Where all are busy, the
// caller does the work alone.
var pool = helpers{jobs: make(chan *job)}

type helpers struct {
	jobs  chan *job
	count atomic.Int64
}

const maxHelpers = 256

func (h *helpers) recruit(j *job) {
	select {
	case h.jobs <- j:
		return
	default:
	}
	if h.count.Add(1) > maxHelpers {
		h.count.Add(-1)
		j.waiting.Done()
		return
	}
	go h.help(j)
}

func (h *helpers) help(j *job) {
	for {
		j.take()
		j.waiting.Done()
		j = <-h.jobs
	}
}
