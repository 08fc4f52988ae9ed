package emulators

import (
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/fsouza/fake-gcs-server/fakestorage"
)

// objectStore is a fake of Cloud Storage that keeps everything in memory.
type objectStore struct {
	host string // host:port
	fake *fakestorage.Server
	http *http.Server
}

// startStorage serves a fake on a free loopback port. The fake writes no log:
// object names and addresses in it could name people.
func startStorage() (*objectStore, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start the fake of Cloud Storage: %w", err)
	}
	host := l.Addr().String()
	fake, err := fakestorage.NewServerWithOptions(fakestorage.Options{
		NoListener: true, // it must know its address before it listens; ours has it already
		Scheme:     "http", PublicHost: host, ExternalURL: "http://" + host, BucketsLocation: region,
	})
	if err != nil {
		_ = l.Close() // the error that matters is the fake's
		return nil, fmt.Errorf("start the fake of Cloud Storage: %w", err)
	}
	s := &objectStore{host: host, fake: fake, http: &http.Server{Handler: fake.HTTPHandler(), ReadHeaderTimeout: time.Minute}}
	go func() { _ = s.http.Serve(l) }() // ends with stop
	return s, nil
}

func (s *objectStore) stop() {
	if s != nil {
		_ = s.http.Close() // ends connections; there is nothing left to save
		s.fake.Stop()
	}
}

// CreateBucket makes a bucket in the fake of Cloud Storage.
func (s *Set) CreateBucket(name string) {
	s.storage.fake.CreateBucketWithOpts(fakestorage.CreateBucketOpts{Name: name})
}

// Object is one stored object.
type Object struct {
	Bucket, Name string
	Content      []byte
}

// Objects returns every object of every bucket, superseded generations
// included, for a search through all that is stored.
func (s *Set) Objects() ([]Object, error) {
	buckets, err := s.storage.fake.Backend().ListBuckets()
	if err != nil {
		return nil, fmt.Errorf("list buckets: %w", err)
	}
	var objects []Object
	for _, b := range buckets {
		listed, err := s.storage.fake.ListObjectsWithOptionsPaginated(b.Name, fakestorage.ListOptions{Versions: true})
		if err != nil {
			return nil, fmt.Errorf("list objects: %w", err)
		}
		for _, o := range listed.Objects {
			whole, err := s.storage.fake.GetObjectWithGeneration(b.Name, o.Name, o.Generation)
			if err != nil {
				return nil, fmt.Errorf("read an object: %w", err)
			}
			objects = append(objects, Object{Bucket: b.Name, Name: o.Name, Content: whole.Content})
		}
	}
	return objects, nil
}
